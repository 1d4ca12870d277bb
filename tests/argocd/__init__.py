"""What Argo CD is given of Laneway, judged by Argo CD's own code."""
